// The conversation as a place to drop reports: they are read beside it, and asked about when that is done.
import { useId, useState, type DragEvent, type ReactNode, type Ref } from "react";

import { FORMATS } from "@/api/formats";
import { useMayWrite } from "@/api/useMe";
import { readUploadChoice } from "@/collections/choice";
import { useCollections } from "@/collections/collections";
import { editable, PRIVATE } from "@/collections/model";
import { isGoing } from "@/library/upload";
import { startUpload, useUploads, type Upload } from "@/library/uploads";
import { useStrings } from "@/strings";
import type { Strings } from "@/strings/en";
import { Icon } from "@/ui/Icon";

const ACCEPTED = FORMATS.flatMap((format) => format.suffixes).join(",");
const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes("Files");

interface Props {
  className: string;
  /** What is shown, given the way to choose files. */
  children: (choose: () => void) => ReactNode;
  ref?: Ref<HTMLDivElement>;
}

export function DropArea({ className, children, ref }: Props): ReactNode {
  const strings = useStrings();
  const [isOver, setOver] = useState(false);
  const mayWrite = useMayWrite();
  const places = editable(useCollections().list ?? []);
  const input = useId();
  const take = (files: FileList | null): void => {
    if (files === null || files.length === 0) return;
    const wanted = readUploadChoice();
    startUpload(places.some((one) => one.collection_id === wanted) ? wanted : PRIVATE, strings.defaultFolder, [...files]);
  };
  const onDragOver = (event: DragEvent): void => {
    if (!mayWrite || !hasFiles(event)) return;
    event.preventDefault();
    setOver(true);
  };
  const onDrop = (event: DragEvent): void => {
    if (!mayWrite || !hasFiles(event)) return;
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <div ref={ref} className={className} onDragOver={onDragOver} onDragLeave={() => setOver(false)} onDrop={onDrop}>
      {isOver && (
        <div className="drop over drop-here" aria-hidden="true">
          <Icon name="upload" />
          <p>{strings.dropToRead}</p>
        </div>
      )}
      <input id={input} type="file" multiple hidden accept={ACCEPTED} aria-label={strings.chooseFiles} onChange={(event) => {
        take(event.target.files);
        event.target.value = "";
      }} />
      {children(() => document.getElementById(input)?.click())}
      <Reading />
    </div>
  );
}

/** How far what was dropped is; the rest is with the reports. */
function Reading(): ReactNode {
  const strings = useStrings();
  const uploads = useUploads().filter(({ state }) => state.step !== "job" || isGoing(state.job));
  return (
    <div role="status" className="reading">
      {uploads.map((one) => (
        <p key={one.id} dir="auto">
          {textOf(one, strings)} <a href="#/documents">{strings.seeReports}</a>
        </p>
      ))}
    </div>
  );
}

function textOf({ names, state }: Upload, strings: Strings): string {
  const files = names.length > 2 ? strings.filesCount(names.length) : names.join(", ");
  if (state.step === "failed") return `${files}: ${strings.uploadFailed} ${strings.problem(state.problem.code, state.problem.message)}`;
  return `${files}: ${state.step === "sending" ? strings.uploading(state.percent) : strings.jobStatus[state.job.status]}`;
}
