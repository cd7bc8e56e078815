/** Workshop: submit a text, watch the training job, then write with the model. */

import { button, call, chips, fileOf, fill, h, icon, iconButton, store, stream, t, tell, tellError, textField } from "../parts/kit.js";
import { bench } from "../parts/bench.js";
import { learnServer } from "../core/server.js";
import { modelNamed } from "../core/wish.js";

const ROWS = 8;
/** Length above which a text is kept as a file, because a field would be slow. */
const LONG = 20_000;
const order = { text: "", file: null, name: "", minutes: 3 };

/** Build the view, and show a job that is still running. */
export function mount(root) {
  const slip = h("div.slip", { on: {
    dragover: (event) => event.preventDefault(),
    drop: (event) => {
      const [file] = event.dataTransfer.files;
      if (!file) return;
      event.preventDefault();
      layOut(here, file);
    },
    paste: (event) => {
      const text = event.clipboardData.getData("text");
      if (event.target.rows !== ROWS || text.length < LONG) return;
      event.preventDefault();
      layOut(here, new File([text], t("look.text")));
    },
  } });
  const here = { slip, board: h("div"), list: h("div.choices"), watch: null };
  root.append(h("div.write", slip, h("div", here.board, here.list)));
  layOut(here, order.file);
  refresh(here);
  return { leave: () => here.watch?.abort() };
}

/** Fetch the list of jobs, and show the latest unless one is shown. */
async function refresh(here) {
  const { jobs } = await call("jobs");
  if (!jobs.length) fill(here.board, h("p.faint", t("workshop.none")));
  else if (!here.watch) follow(here, jobs[0].id);
  fill(here.list, jobs.length > 1 && jobs.map((job) => button("choice", [job.name, h("small", job.began.slice(0, 10))], () => follow(here, job.id))));
}

function layOut(here, chosen) {
  order.file = chosen;
  const { text_bytes: most, fewest_chars: least, minutes, examples } = store.state.limits.workshop;
  const file = h("input.unseen", { type: "file", accept: ".txt,.md,text/*", "aria-label": t("workshop.file"), on: { change: () => layOut(here, file.files[0]) } });
  const counts = [1, 3, 10, 30, 60, 240].filter((count) => count < minutes[1]).concat(minutes[1]);
  order.minutes = Math.min(order.minutes, minutes[1]);
  fill(here.slip,
    chosen
      ? h("p.bar-group", `${chosen.name} · ${(chosen.size / 1e6).toFixed(2)} MB`, iconButton("close", t("workshop.drop"), () => layOut(here, null)))
      : textField({ label: t("look.text"), value: order.text, place: t("workshop.place"), area: true, rows: ROWS, onInput: (text) => { order.text = text; } }),
    h("div.scopes", button("plain", [icon("up"), t("workshop.file")], () => file.click()), file,
      examples.map((name) => button("plain", t(`workshop.example.${name}`), async () => layOut(here, new File([await fileOf(`jobs/examples/${name}`)], `${t(`workshop.example.${name}`)}.txt`))))),
    textField({ label: t("workshop.name"), value: order.name, maxlength: 40, onInput: (name) => { order.name = name; } }),
    chips({ label: t("workshop.minutes"), name: "minutes", value: order.minutes, options: counts, onChange: (count) => { order.minutes = count; } }),
    button("go", t("workshop.go"), () => train(here, most)),
    h("p.faint", t("workshop.expect")),
    h("p.faint", t("workshop.note", { least, mb: most / 1e6 })));
}

async function train(here, most) {
  const body = order.file ?? new Blob([order.text]);
  if (body.size > most) return tell(t("workshop.large", { mb: most / 1e6 }));
  const query = new URLSearchParams({ minutes: order.minutes, name: order.name || order.file?.name || "" });
  const job = await call(`jobs/file?${query}`, body);
  follow(here, job.id);
  refresh(here);
  here.board.scrollIntoView({ block: "nearest" });
}

/** Follow a job, and reconnect if the connection is lost. */
async function follow(here, id) {
  here.watch?.abort();
  here.watch = new AbortController();
  const { signal } = here.watch;
  const [element, take] = bench(async (changed) => {
    if (changed.id) return follow(here, id);
    here.watch = null;
    await learnServer();
    refresh(here);
  });
  fill(here.board, element);
  for (let isOver = false; !isOver;) {
    try {
      for await (const fact of stream(`jobs/${id}/events`, undefined, { signal })) {
        isOver = fact.done;
        if (fact.model && modelNamed(fact.model)?.digest !== fact.digest) await learnServer();
        take(fact);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 404) return tellError(error);
      await new Promise((later) => setTimeout(later, 2000));
    }
  }
}
