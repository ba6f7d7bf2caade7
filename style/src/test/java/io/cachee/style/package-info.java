/** The house rules of STYLE.md, as far as a test can hold them. */
@NullMarked
package io.cachee.style;

import org.jspecify.annotations.NullMarked;
