/** Markup as template strings, which need no compiler. */

import htm from 'htm';
import { type ComponentChildren, h, type VNode } from 'preact';

/** A template must have one root element. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

export type Children = ComponentChildren;
