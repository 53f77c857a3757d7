import { Directive, directive } from '../lib/lit-html/directive.js';
import { noChange } from '../lib/lit-html/lit-html.js';

// Sets style properties one by one: the content security policy refuses style attributes, which
// is what lit's own styleMap would write first.
class Css extends Directive {
  render() {
    return noChange;
  }

  update(part, [properties]) {
    for (const [name, value] of Object.entries(properties)) part.element.style.setProperty(name, value);
    return noChange;
  }
}

/** `<div ${css({width: '40%'})}>` */
export const css = directive(Css);
