/**
 * The colour in which the editor paints somebody's pointer. It takes none from outside, so that ours is computed as the
 * editor computes it (`getClientColor` of 0.18): a hue from the person's id. Light; to be written on in black.
 */
export function guestColor(userId: string): string {
  let hash = 0;
  for (let place = 0; place < userId.length; place++) hash = (hash << 5) - hash + userId.charCodeAt(place);
  return `hsl(${(Math.abs(hash) % 37) * 10}, 100%, 83%)`;
}
