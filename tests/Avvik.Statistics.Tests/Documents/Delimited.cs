using System.Text;

namespace Avvik.Statistics.Tests.Documents;

/// <summary>Reads what stands between semicolons, with quotes (RFC 4180).</summary>
internal static class Delimited
{
    public static List<List<string>> Read(string text)
    {
        var (lines, line, field, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            if (quoted)
            {
                if (text[i] != '"') field.Append(text[i]);
                else if (i + 1 < text.Length && text[i + 1] == '"') field.Append(text[++i]);
                else quoted = false;
            }
            else if (text[i] == '"') quoted = true;
            else if (text[i] is ';' or '\n')
            {
                line.Add(field.ToString());
                field.Clear();
                if (text[i] == ';') continue;
                lines.Add(line);
                line = [];
            }
            else if (text[i] != '\r') field.Append(text[i]);
        }
        return lines;
    }
}
