// What a check found, as a shape: a tick, a half disc, a cross, a ring; of a quotation its marks. Never by colour alone.
import type { ReactNode } from "react";

import type { Operand, Verification } from "@/api/types";
import { useStrings } from "@/strings";

import { reasonOf } from "./reasons";
import type { Sign } from "./signs";

const SHAPES: Record<Sign, ReactNode> = {
  supported: <path d="M2 6.5 4.800 9.300 10 3.200" className="stroke" />,
  partial: (
    <>
      <circle cx="6" cy="6" r="4" className="stroke" />
      <path d="M6 2a4 4 0 0 1 0 8z" className="fill" />
    </>
  ),
  unsupported: <path d="M3 3l6 6M9 3 3 9" className="stroke" />,
  unchecked: <circle cx="6" cy="6" r="3.500" className="stroke dotted" />,
  quoted: <path d="M2.500 3v2.200c0 1.400-.400 2.300-1.200 3M6.500 3v2.200c0 1.400-.400 2.300-1.200 3" className="stroke" transform="translate(2 .400)" />,
};

export function VerdictShape({ sign }: { sign: Sign }): ReactNode {
  return (
    <svg className={`verdict-shape ${sign}`} viewBox="0 0 12 12" aria-hidden="true" focusable="false">
      {SHAPES[sign]}
    </svg>
  );
}

export function VerdictLine({ sign, inferred = false }: { sign: Sign; inferred?: boolean }): ReactNode {
  const strings = useStrings();
  return (
    <p className={`verdict ${sign}`}>
      <VerdictShape sign={sign} />
      <span>{strings.verdicts[sign]}</span>
      <span className="soft">{strings.verdictHelp[sign]}</span>
      {inferred && <span className="soft">{strings.inferred}</span>}
    </p>
  );
}

/** What decided, and how a figure that the sources do not state comes out of their cells. */
export function Worked({ verification }: { verification: Verification }): ReactNode {
  const strings = useStrings();
  const reason = reasonOf(verification, strings);
  const { calculations } = complete(verification);
  return (
    <>
      {reason !== "" && <p className="reason soft">{reason.charAt(0).toUpperCase() + reason.slice(1)}</p>}
      {calculations.map(({ formula, operands }) => (
        <div key={formula} className="worked">
          <code>{formula}</code>
          <ul>
            {operands.map((one) => (
              <li key={`${one.passage_id} ${one.row} ${one.column} ${one.start}`} dir="auto">
                {one.label}: <strong>{one.text}</strong>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}

/** What figures of a claim are calculated of, in cells and in running text. */
export function operandsOf(verification: Verification): Operand[] {
  return complete(verification).calculations.flatMap((one) => one.operands);
}

/** Chats of before have no calculations. */
function complete(verification: Partial<Verification>): Pick<Verification, "calculations"> {
  return { calculations: verification.calculations ?? [] };
}
