/** A mount was moved, disabled or changed between reading it and acting on it: the request is begun anew. */

export class MountMoved extends Error {
  override readonly name = 'MountMoved';
}
