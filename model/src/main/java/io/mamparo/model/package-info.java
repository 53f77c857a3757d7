/** Resources and the stack file. */
@NullMarked
package io.mamparo.model;

import org.jspecify.annotations.NullMarked;
