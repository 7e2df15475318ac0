/** Unix time in ms, with its fraction: comparable with the clock of other processes on this host. */
export function unixMs(): number {
  return performance.timeOrigin + performance.now();
}
