/**
 * A line's words. As iptables-restore splits them: double quotes hold words together, and inside of them a backslash takes
 * the next character as it is (iptables 1.8.9, xshared.c add_param_to_argv). As a shell does, single quotes hold words
 * together too, a backslash counts outside of quotes, and what follows a blank and `#` is a remark.
 */

/** null: a quotation mark is not closed. */
export function splitWords(line: string, like: "restore" | "shell" = "restore"): string[] | null {
  const words: string[] = [];
  let word = "";
  let inWord = false;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === "\\" && i + 1 < line.length && (quote === '"' || (like === "shell" && quote === ""))) {
      i += 1;
      word += line.charAt(i);
      inWord = true;
    } else if (quote === "" ? char === '"' || (like === "shell" && char === "'") : char === quote) {
      quote = quote === "" ? char : "";
      inWord = true;
    } else if (quote === "" && /\s/.test(char)) {
      if (inWord) words.push(word);
      word = "";
      inWord = false;
    } else if (like === "shell" && quote === "" && !inWord && char === "#") {
      break;
    } else {
      word += char;
      inWord = true;
    }
  }
  if (quote !== "") return null;
  if (inWord) words.push(word);
  return words;
}
