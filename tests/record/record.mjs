// Records what the program answers: an installation with a story, and then everybody asks for everything. The clock stands
// still, ids have names, so two runs of one program write the same bytes.
//
//   node tests/record/record.mjs [FOLDER]        tests/record/answers; on PostgreSQL where SHANZHI_TEST_PG says so,
//                                                of another program where SHANZHI_PROGRAM does
import "./still.mjs";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { run } from "../api/place.mjs";
import { inputs, operationsOf } from "../api/inputs.mjs";
import { world } from "../api/world.mjs";
import { read, write } from "./answers.mjs";
import { commands, document, server } from "./commands.mjs";
import { differences, tell } from "./compare.mjs";
import { story } from "./story.mjs";
import { tapeOf } from "./tape.mjs";
import { neverDone, walkOf } from "./walk.mjs";

/** Operations that no request here can do, and why. */
const NEVER = {};

export const NEVER_SAID = "no request here does these: tests/api/inputs.mjs says what a right one is, or tests/record/story.mjs has it";

/** { answers: by request, never: operations that no request did }. */
export async function record({ log = () => {} } = {}) {
  const began = performance.now();
  const tell = (what) => log(`${((performance.now() - began) / 1000).toFixed(1)} s: ${what}`);
  const doc = JSON.parse(run(["openapi"]).stdout), operations = operationsOf(doc);
  const w = await world();
  try {
    const tape = tapeOf(w), make = inputs(w, doc);
    tell("the world is there");
    document(doc, tape);
    make.people();
    const ids = await story(w, tape);
    tell(`${tape.answers.size}: the story is told`);
    const walk = walkOf(w, doc, operations, make, tape, ids);
    await walk.read();
    tell(`${tape.answers.size}: all is read`);
    await server(tape);
    await make.ripen();
    await walk.change();
    tell(`${tape.answers.size}: all is written`);
    commands(w, tape);
    tell(`${tape.answers.size}: commands`);
    return { answers: tape.answers, never: neverDone(operations, tape.answers).filter((name) => !(name in NEVER)) };
  } catch (e) {
    console.error(w.server.log.split("\n").slice(-10).join("\n"));
    throw e;
  } finally {
    await w.server.stop();
  }
}

export const ANSWERS = fileURLToPath(new URL("answers", import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? ANSWERS;
  const { answers, never } = await record({ log: console.error });
  const changed = differences(read(folder), answers);
  write(folder, answers);
  if (changed.length) console.error(tell(changed));
  console.error(`${answers.size} answers in ${folder}, ${changed.length} fields differ from those that were there`);
  assert.deepEqual(never, [], NEVER_SAID);
}
