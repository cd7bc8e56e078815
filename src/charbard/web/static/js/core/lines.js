/** One reader that respects UTF-8: a character cut between two chunks comes out whole. */

/** Yield one line of text at a time from a streamed response. */
export async function* readLines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isOver = done;
      if (done) break;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      yield* parts;
    }
    if (rest) yield rest;
  } finally {
    if (!isOver) reader.cancel().catch(() => undefined); // it may have failed already, which was told
  }
}
