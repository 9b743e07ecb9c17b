/** Markup as template strings: they need no step of compilation. */

import htm from 'htm';
import { type ComponentChildren, h, type VNode } from 'preact';

/** A template has one root. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

export type Children = ComponentChildren;
