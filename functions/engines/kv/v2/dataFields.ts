/** The fields of `data/`, whatever the operation. */

export const DATA_FIELDS = { version: 'int', data: 'map', options: 'map' } as const;
