/** Read streamed text by lines; a UTF-8 character that is cut between two chunks stays whole. */

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
    // A failure of the stream, if any, has already been reported.
    if (!isOver) reader.cancel().catch(() => undefined);
  }
}
