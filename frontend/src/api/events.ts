// Made from the server's list of events by `npm run types`; not edited by hand.
export const EVENTS: readonly string[] = ["start","status","query","sources","delta","citation","verdict","warning","done","stopped","error"];
/** Those of which a run has exactly one, its last. */
export const ENDS: readonly string[] = ["done","stopped","error"];
