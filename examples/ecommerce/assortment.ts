/** What the shop sells: categories and their products, with the euro price of each. */

export const DEPARTMENTS = ['Computing', 'Office', 'Audio and Video', 'Warehouse'] as const;

export interface Shelf {
  readonly name: string;
  readonly parent: (typeof DEPARTMENTS)[number];
  readonly code: string;
  /** Name and price in whole euro; the shop takes off five cents. */
  readonly products: readonly (readonly [name: string, euro: number])[];
}

export const SHELVES: readonly Shelf[] = [
  {
    name: 'Keyboards',
    parent: 'Computing',
    code: 'KEY',
    products: [
      ['Compact Mechanical Keyboard', 129],
      ['Full-Size Office Keyboard', 59],
      ['Split Ergonomic Keyboard', 189],
      ['Wireless Travel Keyboard', 49],
      ['Numeric Keypad', 29],
      ['Washable Keyboard', 89],
    ],
  },
  {
    name: 'Mice',
    parent: 'Computing',
    code: 'MOU',
    products: [
      ['Vertical Mouse', 69],
      ['Silent Wireless Mouse', 35],
      ['Trackball', 99],
      ['Travel Mouse', 25],
      ['Presentation Pointer', 55],
      ['Mouse Pad, Large', 19],
    ],
  },
  {
    name: 'Monitors',
    parent: 'Computing',
    code: 'MON',
    products: [
      ['24" Office Monitor', 189],
      ['27" QHD Monitor', 329],
      ['32" 4K Monitor', 549],
      ['34" Curved Monitor', 649],
      ['15" Portable Monitor', 229],
      ['Monitor Arm, Single', 119],
    ],
  },
  {
    name: 'Docking and Cables',
    parent: 'Computing',
    code: 'DOC',
    products: [
      ['USB-C Docking Station', 199],
      ['Travel Hub, Six Ports', 79],
      ['USB-C Cable, 2 m', 19],
      ['DisplayPort Cable, 3 m', 25],
      ['100 W Charger', 69],
      ['Surge-Protected Power Strip', 39],
    ],
  },
  {
    name: 'Desks',
    parent: 'Office',
    code: 'DSK',
    products: [
      ['Standing Desk, 160 cm', 649],
      ['Standing Desk, 120 cm', 549],
      ['Meeting Table, Six Seats', 799],
      ['Desk Converter', 249],
      ['Cable Tray', 39],
      ['Drawer Unit', 179],
    ],
  },
  {
    name: 'Chairs',
    parent: 'Office',
    code: 'CHA',
    products: [
      ['Task Chair', 299],
      ['Mesh Office Chair', 449],
      ['Visitor Chair', 129],
      ['Saddle Stool', 219],
      ['Footrest', 59],
      ['Chair Mat', 79],
    ],
  },
  {
    name: 'Headsets',
    parent: 'Audio and Video',
    code: 'HEA',
    products: [
      ['Wireless Call Headset', 179],
      ['Wired Call Headset', 79],
      ['Noise-Cancelling Headphones', 299],
      ['Speakerphone', 149],
      ['Headset Stand', 29],
      ['Spare Ear Pads', 15],
    ],
  },
  {
    name: 'Conference Cameras',
    parent: 'Audio and Video',
    code: 'CAM',
    products: [
      ['Full HD Webcam', 89],
      ['4K Webcam', 199],
      ['Meeting Room Camera', 899],
      ['Ring Light', 49],
      ['Camera Tripod', 39],
      ['Privacy Cover, Pack of Five', 9],
    ],
  },
  {
    name: 'Scanners',
    parent: 'Warehouse',
    code: 'SCA',
    products: [
      ['Handheld Barcode Scanner', 149],
      ['Wireless Barcode Scanner', 259],
      ['Document Scanner', 379],
      ['Scanner Cradle', 89],
      ['Rugged Tablet', 749],
      ['Tablet Wrist Strap', 35],
    ],
  },
  {
    name: 'Label Printers',
    parent: 'Warehouse',
    code: 'LAB',
    products: [
      ['Desktop Label Printer', 229],
      ['Mobile Label Printer', 399],
      ['Shipping Label Printer', 319],
      ['Label Rolls, Pack of Ten', 45],
      ['Ribbon, Black', 25],
      ['Print Head', 139],
    ],
  },
];

export const COLOURS = ['black', 'grey', 'white', 'blue', 'green'] as const;

/** What customers wrote, by rating from 1 to 5. */
export const REVIEW_TEXTS: readonly (readonly string[])[] = [
  ['Broke within a week.', 'Not what the page shows; sent it back.'],
  ['Works, but feels cheap.', 'Delivery took three weeks.'],
  ['Does what it should.', 'Fine for the price.', 'Solid, but the manual is poor.'],
  ['Good value.', 'We ordered a second one.', 'Comfortable after a day of getting used to it.'],
  ['Exactly what we needed.', 'The whole team wants one now.', 'Excellent, and it arrived the next day.'],
];
