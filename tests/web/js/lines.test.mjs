import assert from "node:assert/strict";
import { test } from "node:test";
import { core, fakeBrowser } from "./browser.mjs";

fakeBrowser();
const { readLines } = await core("lines");
const BYTES = new TextEncoder().encode("床前明月光\n疑是𠮷上霜\n地");

function cutAt(cut, onCancel = () => undefined) {
  const parts = [BYTES.slice(0, cut), BYTES.slice(cut)];
  const pull = (stream) => { parts.length ? stream.enqueue(parts.shift()) : stream.close(); };
  return new Response(new ReadableStream({ pull, cancel: onCancel }));
}

test("the same lines come wherever the bytes are cut, also a last one without an end", async () => {
  for (let cut = 0; cut <= BYTES.length; cut += 1) {
    const lines = [];
    for await (const line of readLines(cutAt(cut))) lines.push(line);
    assert.deepEqual(lines, ["床前明月光", "疑是𠮷上霜", "地"], `cut at ${cut}`);
  }
});

test("a stream is canceled only if its reader leaves before the end", async () => {
  let canceled = 0;
  const cancel = () => { canceled += 1; };
  const endless = new ReadableStream({ pull: (stream) => stream.enqueue(BYTES), cancel });
  for await (const _ of readLines(new Response(endless))) break;
  for (let waited = 0; !canceled && waited < 100; waited += 1) await new Promise((later) => setTimeout(later, 10));
  assert.equal(canceled, 1);
  for await (const _ of readLines(cutAt(20, cancel)));
  assert.equal(canceled, 1);
});
