/**
 * The stack file's schema: which keys there are, with their types, defaults and meaning. It is
 * declared once; reading, suggestions and documentation follow from it. Internal.
 */
@NullMarked
package io.mamparo.model.schema;

import org.jspecify.annotations.NullMarked;
