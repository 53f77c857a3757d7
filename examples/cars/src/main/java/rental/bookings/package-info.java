/** The service that knows the bookings, and asks the other one about cars. */
@NullMarked
package rental.bookings;

import org.jspecify.annotations.NullMarked;
