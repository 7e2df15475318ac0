/** Reads of the app of random reads that show much of its records, in each way in which they are found. */
import { labelId, personId } from './random-reads/world/world-document.ts';

const [ANA, BEN] = [personId(1), personId(2)];
const TASK = 'title status labels(limit: 1, orderBy: [{ rank: ASC }]) { word rank }';

export const TELLING_READS: readonly string[] = [
  '{ people { name team { title } badge { code } boss { name team { title } } tasks { title labels { word } } } }',
  `{ person(id: "${ANA}") { name age team { title budget } boss { name boss { name } } badge { code }
     tasks(limit: 2) { ${TASK} } tasksAggregate { count max { count } } } }`,
  `{ task(id: "1") { title person { name boss { name } } labels(offset: 1) { word tasks { id title } }
     labelsAggregate { count } labelsConnection(first: 1) { totalCount nodes { word } } } }`,
  `{ label(id: "${labelId(1)}") { word tasksConnection(first: 2) { totalCount nodes { title } edges { node { person { name } } } } } }`,
  '{ team(id: "1") { title people(where: { tasks: { some: { status: { eq: LIVE } } } }) { name } peopleAggregate { count } } }',
  '{ badge(id: "b") { code person { name tasks(where: { labels: { none: { rank: { eq: 1 } } } }) { id } } } }',
  '{ tasks(where: { status: { eq: LIVE } }, orderBy: [{ person: { team: { title: ASC } } }, { id: ASC }]) { id } }',
  `{ tasks(where: { personId: { in: ["${ANA}", "${BEN}"] } }) { title count } }`,
  `{ people(where: { AND: [{ teamId: { eq: "1" } }, { age: { gt: -5 } }] }) { name age } }`,
  '{ tasksAggregate(where: { OR: [{ serial: { eq: "10" } }, { count: { in: [0, 1] } }] }) { count } }',
  '{ tasksGroupBy(by: [{ field: open }], where: { title: { eq: "a" } }) { key { open } count } }',
  '{ tasks(where: { price: { eq: "0.10" } }) { id price } badges(where: { code: { eq: "a" } }) { id } }',
  '{ peopleConnection(where: { boss: { age: { gt: 0 } } }, first: 2) { totalCount nodes { name } } }',
  '{ badges(where: { person: { tasks: { none: { labels: { some: { rank: { eq: 1 } } } } } } }) { code } }',
  '{ labelsAggregate(where: { tasks: { every: { person: { name: { ne: "a" } } } } }) { count } }',
  `{ _entities(representations: [{ __typename: "Task", id: "2" }, { __typename: "Person", id: "${BEN}" }]) {
     ... on Task { title person { name } labels { word } } ... on Person { name tasks { title } team { title } } } }`,
];
