/** Whether changes made elsewhere appear by themselves. */
export function useLive(): boolean {
  return false;
}
