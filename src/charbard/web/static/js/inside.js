/** Deeper panels of Look inside: single units, novelty, the time-lapse of learning. */
export function unitsPanel() {}
export function noveltyPanel() {}
export function lapsePanel() {}
