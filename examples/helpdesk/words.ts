/** What customers ask and what agents answer. `{product}` stands for a product of the shop. */
import type { TICKET_CATEGORIES } from './entities.ts';

type Category = (typeof TICKET_CATEGORIES)[number];

export interface Problem {
  readonly category: Category;
  readonly title: string;
  readonly description: string;
}

export const PROBLEMS: readonly Problem[] = [
  {
    category: 'delivery',
    title: 'The {product} has not arrived',
    description:
      'The shipping notice came a week ago, but the {product} is not here. Can you find out where it is?',
  },
  {
    category: 'delivery',
    title: 'Wrong article delivered instead of the {product}',
    description: 'We ordered the {product} and found something else in the box. How do we exchange it?',
  },
  {
    category: 'delivery',
    title: 'Please change the delivery address',
    description:
      'We have moved. The {product} should go to the new address, which is already in our account.',
  },
  {
    category: 'billing',
    title: 'The invoice for the {product} is missing',
    description:
      'Our accounting needs the invoice for the {product}. It was not in the box and not in the mail.',
  },
  {
    category: 'billing',
    title: 'The discount was not applied',
    description: 'The {product} was offered at a lower price when we ordered. Please correct the invoice.',
  },
  {
    category: 'billing',
    title: 'Charged twice for the {product}',
    description: 'Our bank shows two payments for one {product}. Please return one of them.',
  },
  {
    category: 'defect',
    title: 'The {product} does not switch on',
    description: 'We tried another socket and another cable. The {product} stays dark. It is two months old.',
  },
  {
    category: 'defect',
    title: 'The {product} arrived with scratches',
    description:
      'The box was fine, but the {product} has scratches on one side. We would like a replacement.',
  },
  {
    category: 'defect',
    title: 'The {product} loses its connection',
    description: 'Every few minutes the {product} drops out for some seconds. An update did not help.',
  },
  {
    category: 'question',
    title: 'Does the {product} work with our docking stations?',
    description:
      'We consider thirty pieces of the {product}. Is it known to work with docking stations of other makers?',
  },
  {
    category: 'question',
    title: 'When is the {product} available again?',
    description: 'The page shows no stock for the {product}. We need four of them next month.',
  },
  {
    category: 'question',
    title: 'Spare parts for the {product}',
    description: 'Can we buy spare parts for the {product}, or does it have to be replaced as a whole?',
  },
];

export const AGENT_LINES: Readonly<Record<Category, readonly [string, ...string[]]>> = {
  delivery: [
    'I have asked the carrier and will write again tomorrow.',
    'The parcel was held at the depot; it will reach you on the next working day.',
  ],
  billing: [
    'The corrected invoice is attached to your account.',
    'I have passed it to accounting; please allow two days.',
  ],
  defect: [
    'Please send us the serial number, then I arrange an exchange.',
    'A replacement leaves our warehouse today; a return label is in the box.',
  ],
  question: [
    'Yes, it does; we use the same set-up ourselves.',
    'I have asked the maker and will tell you this week.',
  ],
};

export const CUSTOMER_LINES = [
  'Thank you for the quick answer.',
  'That helped, thank you.',
  'Is there any news?',
  'I have sent what you asked for.',
] as const;

export const INTERNAL_LINES = [
  'Third case of this kind this month.',
  'Customer is patient, but keep an eye on the due date.',
  'Checked with the warehouse; stock is correct.',
] as const;
