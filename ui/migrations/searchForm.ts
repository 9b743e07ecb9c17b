/** The filters of the list of migrations. */

import { html } from '../html.ts';
import { Field } from '../parts/field.ts';
import { SelectField } from '../parts/selectField.ts';
import type { Search } from '../service/searchMigrations.ts';

const STATUSES = [
  ['', 'Any'],
  ['in-progress', 'In progress'],
  ['success', 'Success'],
  ['failure', 'Failed or cancelled'],
];

export function SearchForm({ search, onSearch }: { search: Search; onSearch: (search: Search) => void }) {
  return html`
    <form class="search" role="search" onSubmit=${(event: Event) => event.preventDefault()}>
      <${SelectField}
        label="Status" value=${search.status} choices=${STATUSES}
        onValue=${(status: string) => onSearch({ ...search, status })}
      />
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
