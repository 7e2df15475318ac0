/** Subjects of everything on the stream. `*` stands for any one part of a subject in a filter. */
import { type AppName, isAppName } from '../ids.ts';

const ROOT = 'rocket';
const CHANGE = `${ROOT}.ev`;
const EFFECT = `${ROOT}.fx`;
const TOUCHED = `${ROOT}.tg`;
const SENT = `${ROOT}.sn`;
const WRITER = `${ROOT}.wr`;
const BEAT = `${ROOT}.beat`;
const PROBE = `${ROOT}.probe`;
const DUE = `${ROOT}.due`;

const ANY = '*';
/** Stands for an entity where there is none, as no entity can have this name. */
const NO_ENTITY = '-';

/** Everything that the product publishes. */
export const ALL_SUBJECTS = `${ROOT}.>`;
/** What writers say of themselves; the last message of each subject is the state of that writer. */
export const WRITER_SUBJECTS = `${WRITER}.>`;
export const BEAT_SUBJECTS = `${BEAT}.*`;
/** What is told of deliveries that are stored. */
export const DUE_SUBJECTS = `${DUE}.*`;

/** An absent part stands for any. */
export interface ChangeSubject {
  readonly app?: AppName;
  readonly entity?: string;
  readonly op?: string;
}

/** Subject of one change when all parts are given, else a filter. Names of a document have no dots. */
export function changeSubject({ app, entity, op }: ChangeSubject): string {
  return [CHANGE, app ?? ANY, entity ?? ANY, op ?? ANY].join('.');
}

/** Whether what is published there is a change, also where the message itself cannot be read. */
export function isChangeSubject(subject: string): boolean {
  return subject.startsWith(`${CHANGE}.`);
}

export interface EffectSubject {
  readonly app?: AppName;
  readonly entity?: string;
  readonly effect?: string;
}

/** Effects have subjects of their own, since who listens to changes does not expect them. */
export function effectSubject({ app, entity, effect }: EffectSubject): string {
  return [EFFECT, app ?? ANY, entity ?? ANY, effect ?? ANY].join('.');
}

/** What is touched without a change has a subject of its own, of as many parts as an event has. */
export function touchedSubject(app: AppName): string {
  return [TOUCHED, app, NO_ENTITY, 'touched'].join('.');
}

/** What workflows send, by its name, of as many parts as an event has. */
export function sentSubject(app: AppName, event: string): string {
  return [SENT, app, event, 'sent'].join('.');
}

/** Filter of changes, effects, what is sent and what is touched alike: nothing else on the stream has subjects of so many parts. */
export function eventSubject({ app, entity }: Pick<ChangeSubject, 'app' | 'entity'>): string {
  return ['rocket', ANY, app ?? ANY, entity ?? ANY, ANY].join('.');
}

export function writerSubject(app: AppName, writer: string): string {
  return [WRITER, app, writer].join('.');
}

export function beatSubject(process: string): string {
  return [BEAT, process].join('.');
}

export function probeSubject(follower: string): string {
  return [PROBE, follower].join('.');
}

export function dueSubject(app: AppName): string {
  return [DUE, app].join('.');
}

/** The app that is changed or touched, or that a writer writes to, also where the message itself cannot be read; else null. */
export function subjectApp(subject: string): AppName | null {
  const prefix = [CHANGE, TOUCHED, WRITER].find((kind) => subject.startsWith(`${kind}.`));
  const [app = ''] = prefix === undefined ? [] : subject.slice(prefix.length + 1).split('.', 1);
  return isAppName(app) ? app : null;
}
