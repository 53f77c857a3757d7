/** The service that knows the cars. */
@NullMarked
package rental.cars;

import org.jspecify.annotations.NullMarked;
