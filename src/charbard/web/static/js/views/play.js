/** Games for a class: 飞花令, and guessing whether a person or a model wrote a poem. */

import { chips, fill, h, t } from "../parts/kit.js";
import { flowers } from "./play-flowers.js";
import { guess } from "./play-guess.js";

const GAMES = { guess, flowers };
let game = "guess";

/** Build the view. */
export function mount(root) {
  const box = h("div.game");
  const show = (name) => {
    game = name;
    fill(box, GAMES[name]());
  };
  root.append(h("div.bar", chips({ label: t("nav.play"), name: "game", value: game, options: Object.keys(GAMES).map((name) => [name, t(`play.${name}`)]), onChange: show, quiet: true })), box);
  show(game);
}
