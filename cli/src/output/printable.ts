// Text that somebody else wrote, for a terminal: escape sequences must not come out of it.

export const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
