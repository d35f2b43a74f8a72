// Which files are shown as pages.

/** Files whose pages the server gives as PDFs. */
export const HAS_PAGES = /\.(pdf|png|jpe?g|tiff?|webp|bmp|gif)$/i;
