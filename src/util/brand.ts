declare const brand: unique symbol;

/** A `T` that was checked once, at the border; `Name` tells one kind of it from another. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
