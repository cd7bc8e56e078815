/** The page of a poem that somebody sent: the studio opens it. */

location.replace(document.querySelector("a.plain").href);
