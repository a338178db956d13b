using System.Text.RegularExpressions;
using Avvik.Contracts;
using Avvik.Testing;
using Avvik.Workbench.Texts;

namespace Avvik.Workbench.Tests;

public sealed partial class Text_tests
{
    private static readonly LabelFiles Labels = new();
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "gateway", "Avvik.Workbench");

    [Fact]
    public void Every_text_is_there_in_three_languages_with_the_same_values()
    {
        Assert.NotEmpty(Labels.All);
        Assert.Empty(Labels.All.Where(t => new[] { t.Value.Bokmål, t.Value.Nynorsk, t.Value.English }.Any(string.IsNullOrWhiteSpace)).Select(t => t.Key));
        Assert.Empty(Labels.All
            .Where(t => Values(t.Value.Bokmål) != Values(t.Value.Nynorsk) || Values(t.Value.Bokmål) != Values(t.Value.English)).Select(t => t.Key));

        static string Values(string text) => string.Join(' ', Placeholder().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_key_that_the_pages_name_exists()
    {
        var used = Sources("*.cshtml", "*.cs")
            .SelectMany(f => Key().Matches(Documentation().Replace(f.Text, "")).Select(m => (f.Path, Key: m.Groups["key"].Value))).ToList();
        Assert.True(used.Count > 30);
        Assert.Empty(used.Where(u => Labels.Find(u.Key) is null && Labels.Find(u.Key + "One") is null).Select(u => $"{u.Path}: {u.Key}"));
    }

    [Fact]
    public void Every_code_of_the_vocabulary_has_a_word_in_each_language_and_the_same_bokmål()
    {
        Assert.True(Vocabulary.Lists.Count >= 20);
        Assert.Empty(Vocabulary.Lists.SelectMany(list => Vocabulary.TermsOf(list)
            .Where(t => Labels.Find($"vocabulary.{list}.{t.Code}")?.Bokmål != t.Label).Select(t => $"{list}.{t.Code}")));
    }

    [Fact]
    public void No_page_has_words_of_its_own()
    {
        var pages = Sources("*.cshtml").ToList();
        Assert.NotEmpty(pages);
        Assert.Empty(pages.SelectMany(page => Words(page.Text).Select(words => $"{page.Path}: {words}")));
    }

    [Fact]
    public void Words_in_a_page_would_be_found()
    {
        Assert.Equal(["Hei"], Words("<p class=\"x\">Hei @Text[\"common.yes\"]</p>"));
        Assert.Empty(Words("@page\n@if (a > 1)\n{\n    <p>@a.B(c => c.D) · @(x ? \"<y>\" : \"z\")</p>\n}\nelse\n{\n<b>–</b>\n}"));
    }

    // What is left when directives, code and tags are taken away.
    private static IEnumerable<string> Words(string page)
    {
        var text = Comment().Replace(page, "");
        text = WithoutBlocks(text);
        text = Directive().Replace(text, "");
        text = Tag().Replace(text, m => "\u0001");
        foreach (var piece in text.Split('\u0001').SelectMany(p => p.Split('\n')))
        {
            var words = Expression().Replace(Nested(piece), " ").Trim();
            if (!Code().IsMatch(words) && Word().IsMatch(words)) yield return words;
        }
    }

    // @(…) and @Text[…] with brackets inside.
    private static string Nested(string text)
    {
        for (var at = text.IndexOf('@', StringComparison.Ordinal); at >= 0; at = text.IndexOf('@', StringComparison.Ordinal))
        {
            var end = at + 1;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '.' or '?' or '!' or '(' or '['))
            {
                if (text[end] is '(' or '[')
                {
                    var depth = 0;
                    do
                    {
                        if (text[end] is '(' or '[') depth++;
                        if (text[end] is ')' or ']') depth--;
                        end++;
                    }
                    while (depth > 0 && end < text.Length);
                }
                else end++;
            }
            text = string.Concat(text.AsSpan(0, at), " ", text.AsSpan(end));
        }
        return text;
    }

    // @{ … } and @functions { … } with braces inside.
    private static string WithoutBlocks(string text)
    {
        for (var match = Block().Match(text); match.Success; match = Block().Match(text))
        {
            var (depth, end) = (0, match.Index + match.Length - 1);
            do
            {
                if (text[end] == '{') depth++;
                if (text[end] == '}') depth--;
                end++;
            }
            while (depth > 0 && end < text.Length);
            text = text.Remove(match.Index, end - match.Index);
        }
        return text;
    }

    private static IEnumerable<(string Path, string Text)> Sources(params string[] patterns) => patterns
        .SelectMany(p => System.IO.Directory.EnumerateFiles(Folder, p, SearchOption.AllDirectories))
        .Where(f => !f.Contains("node_modules", StringComparison.Ordinal))
        .Select(f => (Path.GetRelativePath(Folder, f), File.ReadAllText(f)));

    [GeneratedRegex(@"\{\d+[^}]*\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"(?:\b[Tt]ext(?:\.Count\(|\[)|\b(?:label|hint)="")""?(?<key>[a-z]+\.[A-Za-z][A-Za-z0-9.]*)""",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Key();

    [GeneratedRegex(@"^\s*///.*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Documentation();

    [GeneratedRegex(@"@\*.*?\*@|<!--.*?-->|<!doctype html>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"@(functions\s*)?\{", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\s*@(page|model|using|inject|addTagHelper|namespace|section)\b.*$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Directive();

    [GeneratedRegex(@"</?[a-zA-Z][^<>]*(""[^""]*""[^<>]*|'[^']*'[^<>]*)*>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"&[a-z]+;", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Expression();

    [GeneratedRegex(@"^[}\s]*(@?(if|foreach|for|while|switch|else|case|default|break|var|using|await)\b.*|[{}]+|.*[;{]|.*\).*\{?)?$",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\p{L}{2,}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
