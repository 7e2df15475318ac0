/** The part of our API that the scenarios ask for, written by hand. */
export const TYPE_DEFS = `#graphql
  enum OrderStatus { PENDING PAID SHIPPED DELIVERED CANCELLED }
  enum SortDirection { ASC DESC }
  input StringFilter { eq: String }
  input OrderStatusFilter { eq: OrderStatus }
  input CustomerWhere { city: StringFilter }
  input OrderWhere { status: OrderStatusFilter }
  input OrderOrderBy { placedAt: SortDirection }

  type Customer {
    id: ID!
    name: String!
    email: String!
    city: String!
    orders: [Order!]!
  }
  type Order {
    id: ID!
    status: OrderStatus!
    total: String!
    placedAt: String!
    items: [Item!]!
  }
  type Item {
    id: ID!
    quantity: Int!
    price: String!
    product: Product
  }
  type Product {
    id: ID!
    name: String!
  }
  type Query {
    customer(id: ID!): Customer
    customers(where: CustomerWhere, limit: Int = 50): [Customer!]!
    orders(where: OrderWhere, orderBy: [OrderOrderBy!], limit: Int = 50): [Order!]!
  }
`;
