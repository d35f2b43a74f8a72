// What an empty conversation says: what one can do here, and with how many reports.
import { type ReactNode } from "react";

import { useLibrary } from "@/library/library";
import { useStrings } from "@/strings";

export function Welcome(): ReactNode {
  const strings = useStrings();
  const { data } = useLibrary();
  return (
    <div className="centre welcome">
      <h2>{strings.welcome}</h2>
      <p>{strings.welcomeText}</p>
      {data !== null && (
        <p className="soft">
          {data.length === 0 ? strings.noDocuments : strings.documentsReady(data.length)}{" "}
          {data.length === 0 && <a href="#/documents">{strings.addDocuments}</a>}
        </p>
      )}
    </div>
  );
}
