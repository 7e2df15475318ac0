/** Phrases of the CRM's sample rows. */

export const CONTACT_ROLES = [
  'Head of Purchasing',
  'Office Manager',
  'IT Lead',
  'Finance Director',
  'Operations Manager',
  'Assistant',
] as const;

export const DEAL_TITLES = [
  'Workstations for the new office',
  'Headset rollout',
  'Standing desks, second floor',
  'Yearly accessories contract',
  'Conference room equipment',
  'Laptop refresh',
  'Home office packages',
  'Monitor replacement',
  'Warehouse scanners',
  'Onboarding kits',
] as const;

export const ACTIVITY_SUBJECTS = {
  call: ['Introductory call', 'Follow up on the offer', 'Ask about delivery times', 'Quarterly check-in'],
  email: ['Send the price list', 'Send the revised offer', 'Answer on warranty terms', 'Thank for the visit'],
  meeting: [
    'Product demonstration',
    'Visit at their office',
    'Negotiate the yearly contract',
    'Review last quarter',
  ],
  note: ['Prefers deliveries in the morning', 'Budget is decided in November', 'Compares us with two others'],
  task: [
    'Prepare the offer',
    'Check the credit limit',
    'Update the contact list',
    'Clarify the invoice address',
  ],
} as const;

export const TAGS = [
  { name: 'Key account', color: '#b3261e' },
  { name: 'Newsletter', color: '#1565c0' },
  { name: 'Reference', color: '#2e7d32' },
  { name: 'Public sector', color: '#6a1b9a' },
  { name: 'Late payer', color: '#ef6c00' },
  { name: 'Partner', color: '#00838f' },
  { name: 'Education', color: '#9e9d24' },
  { name: 'Trade fair 2026', color: '#5d4037' },
] as const;

export const PHONE_PREFIXES = [
  '+46 8 555',
  '+49 30 5550',
  '+1 212 555',
  '+81 3 5550',
  '+44 20 7946',
  '+234 1 555',
] as const;
