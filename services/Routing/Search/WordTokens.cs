using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Avvik.TextProtection;
using Avvik.Routing.Lessons;

namespace Avvik.Routing.Search;

/// <summary>
/// What the text indexes hold instead of words: a keyed token of each word and of each of its beginnings, so that what somebody begins to type is found by one
/// token, and nobody reads or guesses a word of the database without the key. How often a token occurs can be counted.
/// </summary>
internal sealed class WordTokens(TextProtector texts)
{
    // Letters, of the shortest beginning; a shorter word is itself. Bytes, of the longest beginning and its end mark: one block.
    private const int Shortest = 2, Block = 16;
    private readonly byte[] _key = texts.PrintOf("search words");

    /// <summary>Of a case: of its narrative, and of its reference with and without what joins its parts.</summary>
    public int[] OfCase(string narrative, string reference) => OfTexts(narrative, reference, reference.Replace("-", "", StringComparison.Ordinal));

    /// <summary>Of all texts of a lesson.</summary>
    public int[] Of(Lesson lesson) => OfTexts(lesson.Title, lesson.WhatHappened, lesson.Why, lesson.WhatWeChanged, lesson.WhoShouldKnow);

    /// <summary>Of each word that is asked for: what begins with it has its token.</summary>
    public int[] OfQuery(IReadOnlyList<string> words)
    {
        var blocks = new List<byte>(words.Count * Block);
        foreach (var word in words) AddBlock(blocks, Encoding.UTF8.GetBytes(word), Beginnings(word).Last());
        return Tokens(blocks);
    }

    // In the order of the tokens, which is no order of the words.
    private int[] OfTexts(params ReadOnlySpan<string> written)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in written) words.UnionWith(SearchWords.Split(text));
        var blocks = new List<byte>(words.Count * 6 * Block);
        foreach (var word in words)
        {
            var bytes = Encoding.UTF8.GetBytes(word);
            foreach (var length in Beginnings(word)) AddBlock(blocks, bytes, length);
        }
        return [.. Tokens(blocks).Distinct().Order()];
    }

    /// <summary>Bytes of a word's beginnings, the shortest first; of a word of one letter, the word.</summary>
    private static IEnumerable<int> Beginnings(string word)
    {
        var (length, letters, at) = (0, 0, 0);
        foreach (var rune in word.EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength >= Block) break;
            (length, letters, at) = (length + rune.Utf8SequenceLength, letters + 1, at + rune.Utf16SequenceLength);
            if (letters >= Shortest || at == word.Length) yield return length;
        }
    }

    private static void AddBlock(List<byte> blocks, byte[] word, int length)
    {
        blocks.AddRange(word.AsSpan(0, length));
        blocks.Add(0x80);
        for (var i = length + 1; i < Block; i++) blocks.Add(0);
    }

    // AES of one padded block is a keyed function of it (NIST SP 800-38B, of messages of one block), and all blocks of a text take one call.
    private int[] Tokens(List<byte> blocks)
    {
        using var aes = Aes.Create();
        aes.Key = _key;
        var output = aes.EncryptEcb(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(blocks), PaddingMode.None);
        var tokens = new int[output.Length / Block];
        for (var i = 0; i < tokens.Length; i++) tokens[i] = BinaryPrimitives.ReadInt32LittleEndian(output.AsSpan(i * Block));
        return tokens;
    }
}
