/** The filters of the list of migrations. */

import { useId } from 'preact/hooks';
import { html } from '../html.ts';
import { Field } from '../parts/field.ts';
import type { Search } from '../service/searchMigrations.ts';

const STATUSES = [
  ['', 'Any'],
  ['in-progress', 'In progress'],
  ['success', 'Success'],
  ['failure', 'Failed or cancelled'],
];

export function SearchForm({ search, onSearch }: { search: Search; onSearch: (search: Search) => void }) {
  const id = useId();
  const onStatus = ({ currentTarget }: { currentTarget: HTMLSelectElement }) =>
    onSearch({ ...search, status: currentTarget.value });
  return html`
    <form class="search" role="search" onSubmit=${(event: Event) => event.preventDefault()}>
      <div class="field">
        <label for=${id}>Status</label>
        <select id=${id} value=${search.status} onChange=${onStatus}>
          ${STATUSES.map(([value, word]) => html`<option value=${value}>${word}</option>`)}
        </select>
      </div>
      <${Field}
        label="Source contains" value=${search.source} exact
        onValue=${(source: string) => onSearch({ ...search, source })}
      />
      <${Field}
        label="Target contains" value=${search.target} exact
        onValue=${(target: string) => onSearch({ ...search, target })}
      />
    </form>`;
}
