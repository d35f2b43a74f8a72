// Where reports are dropped or chosen, and how far their uploads are.
import { useEffect, useId, useRef, useState, type DragEvent, type ReactNode } from "react";

import type { Problem } from "@/api/client";
import { FORMATS } from "@/api/formats";
import type { CollectionSummary, DocumentView, JobView } from "@/api/types";
import { readUploadChoice, writeUploadChoice } from "@/collections/choice";
import { useCollections } from "@/collections/collections";
import { editable, PRIVATE, titleOf } from "@/collections/model";
import { byFolder } from "@/library/library";
import { isGoing } from "@/library/upload";
import { dismissUpload, findJobs, startUpload, stopJob, useUploads, type Upload } from "@/library/uploads";
import { useStrings } from "@/strings";
import { Button, IconButton } from "@/ui/Button";
import { Icon } from "@/ui/Icon";

const ACCEPTED = FORMATS.flatMap((format) => format.suffixes).join(",");
const PRIVATE_ONLY: CollectionSummary = { collection_id: PRIVATE, name: "", role: "manager" };
const LABELS = FORMATS.map((format) => format.label);

interface AreaProps {
  documents: readonly DocumentView[];
  /** The collection that is looked at; null: one chooses among those that one may change. */
  into: string | null;
}

export function UploadArea({ documents, into }: AreaProps): ReactNode {
  const strings = useStrings();
  const [folder, setFolder] = useState(strings.defaultFolder);
  const [wanted, setWanted] = useState(readUploadChoice);
  const places = editable(useCollections().list ?? []);
  const chosen = places.some((one) => one.collection_id === wanted) ? wanted : PRIVATE;
  const collection = into ?? chosen;
  const folders = byFolder(documents.filter((one) => one.collection === collection));
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  useEffect(() => void findJobs(), []);
  const take = (files: FileList | null): void => {
    if (files !== null && files.length > 0) startUpload(collection, folder.trim() === "" ? strings.defaultFolder : folder.trim(), [...files]);
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <section className="upload" aria-label={strings.upload}>
      <div
        className={over ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Icon name="upload" />
        <p>
          {strings.dropFiles}{" "}
          <Button kind="primary" onClick={() => input.current?.click()}>
            {strings.chooseFiles}
          </Button>
        </p>
        <p className="soft">{strings.formats(LABELS)}</p>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept={ACCEPTED}
          aria-label={strings.chooseFiles}
          onChange={(event) => {
            take(event.target.files);
            event.target.value = "";
          }}
        />
        <div className="folder-field">
          <label>
            {strings.uploadTo} <input className="field" list={list} value={folder} maxLength={255} onChange={(event) => setFolder(event.target.value)} />
          </label>
          <datalist id={list}>
            {folders.map(({ name }) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          {into === null && places.length > 1 && (
            <label>
              {strings.uploadInto}{" "}
              <select
                value={collection}
                onChange={(event) => {
                  setWanted(event.target.value);
                  writeUploadChoice(event.target.value);
                }}
              >
                {places.map((one) => (
                  <option key={one.collection_id} value={one.collection_id}>
                    {titleOf(one, strings)}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
      </div>
      <UploadList into={into} />
    </section>
  );
}

/** The uploads into what one may change; what others bring into a collection that one only reads is not told. */
function UploadList({ into }: { into: string | null }): ReactNode {
  const places = editable(useCollections().list ?? [PRIVATE_ONLY]);
  const shown = useUploads().filter(({ collection }) => (into === null || collection === into) && places.some((one) => one.collection_id === collection));
  return (
    <div role="status" aria-live="polite">
      <ul className="uploads">
        {shown.map((one) => (
          <UploadRow key={one.id} upload={one} place={places.length > 1 ? places.find(({ collection_id: id }) => id === one.collection) : undefined} />
        ))}
      </ul>
    </div>
  );
}

function UploadRow({ upload, place }: { upload: Upload; place: CollectionSummary | undefined }): ReactNode {
  const strings = useStrings();
  const { state } = upload;
  return (
    <li className="upload-row">
      <p>
        <span>
          {upload.names.length > 0 && <strong dir="auto">{upload.names.join(", ")}</strong>} <span className="soft" dir="auto">
            →{"\u00a0"}
            {place === undefined ? "" : `${titleOf(place, strings)} / `}
            {upload.folder}
          </span>
        </span>
        <IconButton icon="close" label={strings.dismiss} onClick={() => dismissUpload(upload.id)} />
      </p>
      {state.step === "sending" && (
        <>
          <progress max={100} value={state.percent} aria-label={strings.uploading(state.percent)} />
          <p className="soft">{strings.uploading(state.percent)}</p>
        </>
      )}
      {state.step === "failed" && (
        <p className="note error">
          {strings.uploadFailed} {strings.problem(state.problem.code, state.problem.message)}
        </p>
      )}
      {state.step === "job" && <JobState job={state.job} />}
    </li>
  );
}

function JobState({ job }: { job: JobView }): ReactNode {
  const strings = useStrings();
  const count = (name: string): number => job.progress[name] ?? 0;
  const [problem, setProblem] = useState<Problem | null>(null);
  const going = isGoing(job);
  const { read = 0, embed = 0, write = 0 } = job.seconds;
  const took = [...(read + embed + write > 0 ? [strings.jobTimes(read, embed, write)] : []), ...(count("reused") > 0 ? [strings.jobReused(count("reused"))] : [])];
  return (
    <>
      {going && <progress aria-label={strings.jobStatus[job.status]} {...(count("to_read") > 0 ? { max: count("to_read") + 1, value: count("read") } : {})} />}
      <p className="soft">
        {strings.jobStatus[job.status]}
        {job.status === "running" && `: ${strings.jobProgress(count("read"), count("to_read"), count("written"))}`}
        {job.status === "done" && took.length > 0 && `: ${took.join("; ")}`}{" "}
        {going && (
          <Button icon="stop" onClick={() => void stopJob(job.job_id).then(setProblem)}>
            {strings.stopJob}
          </Button>
        )}
      </p>
      {problem !== null && going && <p className="note error">{strings.problem(problem.code, problem.message)}</p>}
      {job.error !== null && <p className="note error">{strings.problem(String(job.error["code"]), String(job.error["message"]))}</p>}
      <ul className="job-files">
        {job.files.map((file) => (
          <li key={file.path} className={file.status}>
            <Icon name={file.status === "failed" ? "warning" : "check"} />
            <span dir="auto">{file.path}</span> <span className="soft">{strings.fileStatus[file.status]}</span>
            {file.reason !== null && <span className="reason">{strings.readingNote(file.reason)}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
