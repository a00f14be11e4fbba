// The exercises that a reader answered rightly. They are kept in this browser and sent nowhere.

const KEY = "secretome-answered";

/**
 * The names of the exercises that were answered rightly, such as "ranks-1".
 * @returns {Set<string>}
 */
export function readAnswered() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((name) => typeof name === "string") : []);
  } catch {
    // A browser may forbid storage, and another page of the host may have written the key.
    return new Set();
  }
}

/**
 * Keep an exercise as answered rightly.
 * @param {string} exercise
 */
export function keepAnswered(exercise) {
  try {
    localStorage.setItem(KEY, JSON.stringify([...readAnswered().add(exercise)].sort()));
  } catch {
    // Without storage the answer was still checked.
  }
}

/** Forget all answers. */
export function clearAnswered() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Without storage there is nothing to forget.
  }
}
