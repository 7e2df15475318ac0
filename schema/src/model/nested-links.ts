/** Which links of a record can be written along with it. */
import type { ChildLink, EntityModel, LinkModel, ManyToManyLink } from './app-model.ts';

/** A relation seen from its parent, or a many-to-many one from either side; always within the app. */
export type NestedLink = ChildLink | ManyToManyLink;

export function isChildLink(link: LinkModel): link is ChildLink {
  return link.kind === 'to_many' || link.kind === 'has_one';
}

export function nestedLinks(entity: EntityModel): readonly NestedLink[] {
  return entity.links.filter((link) => link.kind !== 'to_one');
}
