/** What this server can do, asked once at the start and after each training. */

import { call } from "./api.js";
import { store } from "./store.js";

/** Learn models, limits, features and forms. */
export async function learnServer() {
  const [server, forms] = await Promise.all([call("models"), call("forms")]);
  store.set({ ...server, ...forms });
}
