/** The routes of version 2 of kv, in the order in which they are tried (contract §9.2). */

import type { Route } from '../../../http/route.ts';
import { KEYS } from '../../../http/shape.ts';
import { configRoute } from './config.ts';
import { dataRoute } from './data.ts';
import { invalidRoute, rootRoute } from './invalidPath.ts';
import { detailedMetadataRoute, LIST_FIELDS, LIST_QUERY, listSecrets, scanSecrets } from './listSecrets.ts';
import { metadataRoute } from './metadataRoute.ts';
import { subkeysRoute } from './subkeys.ts';
import { deleteRoute, destroyRoute, undeleteRoute } from './versionRoutes.ts';

export const v2Routes: readonly Route[] = [
  configRoute,
  rootRoute('data'),
  dataRoute,
  rootRoute('metadata', {
    fields: LIST_FIELDS,
    query: LIST_QUERY,
    answers: { read: null, list: KEYS, scan: KEYS },
    list: listSecrets,
    scan: scanSecrets,
  }),
  metadataRoute,
  detailedMetadataRoute,
  rootRoute('subkeys'),
  subkeysRoute,
  rootRoute('delete'),
  deleteRoute,
  rootRoute('undelete'),
  undeleteRoute,
  rootRoute('destroy'),
  destroyRoute,
  invalidRoute,
];
