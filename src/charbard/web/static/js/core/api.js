/** The API. Addresses are relative, so the page works behind any prefix. */

import { readLines } from "./lines.js";
import { store } from "./store.js";

/** An error response: a sentence and a hint in English, their code and values, and the HTTP status. */
export class ApiError extends Error {
  constructor({ error, hint = "", code = "", values = {} }, status) {
    super(error);
    Object.assign(this, { text: error, hint, code, values, status });
  }
}

/** Send GET, or POST if there is a body (a file is sent unchanged); return the parsed response. */
export async function call(path, body, { signal, method } = {}) {
  const response = await send(path, body, signal, method);
  return response.json();
}

/** Download a file unchanged. */
export async function fileOf(path) {
  const response = await send(path);
  return response.blob();
}

/**
 * Send POST, or GET without a body, and yield each fact of the streamed response.
 * @throws {ApiError} Also for an error in the last line of the stream.
 */
export async function* stream(path, body, { signal } = {}) {
  const response = await send(path, body && { ...body, stream: true }, signal);
  for await (const line of readLines(response)) {
    const fact = JSON.parse(line);
    if (fact.error) throw new ApiError(fact, response.status);
    yield fact;
  }
}

async function send(path, body, signal, method) {
  const headers = {};
  const isFile = body instanceof Blob;
  if (body !== undefined) headers["content-type"] = isFile ? "text/plain" : "application/json";
  const token = store.state.settings.token;
  if (token) headers.authorization = `Bearer ${token}`;
  const how = {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers,
    signal,
    body: isFile ? body : JSON.stringify(body),
    credentials: "omit",
  };
  let response;
  try {
    response = await fetch(`api/${path}`, how);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError({ error: String(error) }, 0);
  }
  if (!response.ok) throw await explained(response);
  return response;
}

async function explained(response) {
  const text = await response.text();
  try {
    return new ApiError(JSON.parse(text), response.status);
  } catch {
    return new ApiError({ error: `HTTP ${response.status}`, hint: text.slice(0, 200) }, response.status);
  }
}
