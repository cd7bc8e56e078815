/** What this server can do, fetched at the start and after each training job. */

import { call } from "./api.js";
import { store } from "./store.js";

/** Fetch models, limits, features and forms. */
export async function learnServer() {
  const [server, forms] = await Promise.all([call("models"), call("forms")]);
  store.set({ ...server, ...forms });
}
