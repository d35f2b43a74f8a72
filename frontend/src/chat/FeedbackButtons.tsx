// Thumbs for an answer, and a word on why.
import { useState, type ReactNode } from "react";

import { rateAnswer } from "@/api/chats";
import { toProblem } from "@/api/client";
import type { Answer } from "@/stream/reduce";
import { useStrings } from "@/strings";
import { Button, IconButton } from "@/ui/Button";

type Rating = "up" | "down" | null;

export function FeedbackButtons({ answer }: { answer: Answer }): ReactNode {
  const strings = useStrings();
  const [rating, setRating] = useState<Rating>(answer.feedback?.rating ?? null);
  const [comment, setComment] = useState(answer.feedback?.comment ?? "");
  const [asking, setAsking] = useState(false);
  const [said, setSaid] = useState("");
  const { ids } = answer;
  if (ids === null) return null;
  const send = async (wanted: Rating, words: string): Promise<void> => {
    setRating(wanted);
    try {
      await rateAnswer(ids.chat_id, ids.assistant_message_id, wanted, words);
      setSaid(wanted === null ? "" : strings.feedbackThanks);
    } catch (error) {
      setRating(rating);
      const { code, message } = toProblem(error);
      setSaid(strings.problem(code, message));
    }
  };
  const rate = (wanted: "up" | "down"): void => {
    const next = rating === wanted ? null : wanted;
    setAsking(next !== null);
    void send(next, next === null ? "" : comment);
  };
  return (
    <div className="feedback">
      <IconButton icon="up" label={strings.good} aria-pressed={rating === "up"} onClick={() => rate("up")} />
      <IconButton icon="down" label={strings.bad} aria-pressed={rating === "down"} onClick={() => rate("down")} />
      <span role="status" className="soft">
        {said}
      </span>
      {asking && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            setAsking(false);
            void send(rating, comment.trim());
          }}
        >
          <input className="field" aria-label={strings.feedbackComment} placeholder={strings.feedbackComment} maxLength={2000} value={comment} onChange={(event) => setComment(event.target.value)} />
          <Button onClick={() => setAsking(false)}>{strings.cancel}</Button>
          <button type="submit" className="button primary">
            {strings.sendFeedback}
          </button>
        </form>
      )}
    </div>
  );
}
