/**
 * What a plan rested on, as a text that a request can give back: the mount, its generation, and the namespace of the target.
 * Clients do not read it. Pure.
 */

import type { Only, RowMove } from './plan.ts';

/** The condition of a planned move. */
export function conditionOf({ mount, target }: Pick<RowMove, 'mount' | 'target'>): string {
  return [mount.uuid, mount.generation, target.namespace.id].join(SEPARATOR);
}

/** @returns nothing for a text that no plan has */
export function readCondition(text: string): Only | undefined {
  const [, mountUuid, generation, targetNamespaceId] = CONDITION.exec(text) ?? [];
  if (!mountUuid || !generation || !targetNamespaceId) return undefined;
  return { mountUuid, generation: Number(generation), targetNamespaceId };
}

/** It is in no uuid. The id of a namespace comes last, so it may have one. */
const SEPARATOR = '.';
const CONDITION = /^([^.]+)\.(\d{1,15})\.(.+)$/s;
