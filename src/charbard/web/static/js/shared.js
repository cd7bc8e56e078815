/** The page of a shared poem: open the poem in the studio. */

location.replace(document.querySelector("a.plain").href);
