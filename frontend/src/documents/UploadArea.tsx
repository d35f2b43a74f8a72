// Where reports are dropped or chosen, and how far their uploads are.
import { useEffect, useId, useRef, useState, type DragEvent, type ReactNode } from "react";

import type { Problem } from "@/api/client";
import { FORMATS } from "@/api/formats";
import type { JobView } from "@/api/types";
import { useStrings } from "@/strings";
import { Button, IconButton } from "@/ui/Button";
import { Icon } from "@/ui/Icon";

import { isGoing } from "./upload";
import { dismissUpload, findJobs, startUpload, stopJob, useUploads, type Upload } from "./uploads";

const ACCEPTED = FORMATS.flatMap((format) => format.suffixes).join(",");
const LABELS = FORMATS.map((format) => format.label);

export function UploadArea({ folders }: { folders: readonly string[] }): ReactNode {
  const strings = useStrings();
  const [folder, setFolder] = useState(strings.defaultFolder);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  useEffect(() => void findJobs(), []);
  const take = (files: FileList | null): void => {
    if (files !== null && files.length > 0) startUpload(folder.trim() === "" ? strings.defaultFolder : folder.trim(), [...files]);
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
        <label className="folder-field">
          {strings.uploadTo} <input className="field" list={list} value={folder} maxLength={255} onChange={(event) => setFolder(event.target.value)} />
          <datalist id={list}>
            {folders.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </label>
      </div>
      <div role="status" aria-live="polite">
        <ul className="uploads">
          {useUploads().map((one) => (
            <UploadRow key={one.id} upload={one} />
          ))}
        </ul>
      </div>
    </section>
  );
}

function UploadRow({ upload }: { upload: Upload }): ReactNode {
  const strings = useStrings();
  const { state } = upload;
  return (
    <li className="upload-row">
      <p>
        {upload.names.length > 0 && <strong dir="auto">{upload.names.join(", ")}</strong>} <span className="soft">→ {upload.folder}</span>
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
  return (
    <>
      {going && <progress aria-label={strings.jobStatus[job.status]} {...(count("to_read") > 0 ? { max: count("to_read") + 1, value: count("read") } : {})} />}
      <p className="soft">
        {strings.jobStatus[job.status]}
        {job.status === "running" && `: ${strings.jobProgress(count("read"), count("to_read"), count("written"))}`}{" "}
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
            {file.reason !== null && <span className="reason">{file.reason}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
