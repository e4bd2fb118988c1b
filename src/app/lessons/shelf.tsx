/** The lessons' place in the gallery: all of them in their order, a link each, ticked where they are done. */
import type { ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { COURSE } from "./course/index.ts";
import { countsOf, useLessons } from "./following.ts";
import { enter } from "./opening.ts";
import { isDone } from "./progress.ts";
import "../styles/lesson-shelf.css";

export function LessonShelf(): ReactElement {
  const progress = useLessons((state) => state.progress);
  const done = COURSE.lessons.filter((one) => isDone(one, countsOf(progress, one.id))).length;
  return (
    <section aria-labelledby="group-lessons">
      <h2 id="group-lessons" tabIndex={-1}>
        Lessons <span>{done === 0 ? COURSE.title : `${COURSE.title}, ${done} of ${COURSE.lessons.length} done`}</span>
      </h2>
      <ol className="shelf">
        {COURSE.lessons.map((lesson, i) => {
          const ticked = isDone(lesson, countsOf(progress, lesson.id));
          return (
            <li key={lesson.id}>
              <a
                href={`./#lesson=${lesson.id}`}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  enter(lesson.id);
                }}
              >
                {ticked ? <Icon name="ok" size={18} /> : <span className="no">{i + 1}</span>}
                <span>
                  {lesson.title}
                  {ticked && <span className="visually-hidden">, done</span>}
                </span>
              </a>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
