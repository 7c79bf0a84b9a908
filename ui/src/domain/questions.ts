import type { AnswerView } from "../bindings/AnswerView";
import type { QuestionView } from "../bindings/QuestionView";

const bare = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();

/** Questions that nobody has answered: no later answer repeats their words, and the peer knows of none that is theirs. */
export function openQuestions(questions: readonly QuestionView[], answers: readonly AnswerView[]): QuestionView[] {
  return questions.filter((asked) => {
    const isAnswered = answers.some((said) => Date.parse(said.at) >= Date.parse(asked.at) && bare(said.question) === bare(asked.text));
    return !isAnswered && asked.answer === null;
  });
}
