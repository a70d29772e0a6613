/** A page that waits so long for what is in it shows both in one go; a longer wait would be felt as nothing happening. */
const patienceMs = 400;

/** Waits for something, but not for long; it goes on afterwards. Its failure is told to whoever else waits for it. */
export async function soon(it: Promise<unknown>): Promise<void> {
  await Promise.race([
    it.catch(() => {}),
    new Promise((resolve) => setTimeout(resolve, patienceMs)),
  ]);
}
