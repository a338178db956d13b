using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Avvik.Contracts;
using Avvik.Hosting.Problems;

namespace Avvik.Hosting.Lists;

/// <summary>
/// A position that all parties share, as one party is given it: encrypted with a key of that party, so that two of them do not tell how much others did in
/// between, and another party's are worth nothing.
/// </summary>
/// <param name="key">The service's secret.</param>
public sealed class PositionCursor(byte[] key)
{
    // A position and as many zeros, which show that it was made here.
    private const int Block = 16;

    /// <summary>The cursor of a position; the same each time.</summary>
    public string Of(long position, string organization)
    {
        var block = new byte[Block];
        BinaryPrimitives.WriteInt64LittleEndian(block, position);
        using var aes = CipherOf(organization);
        return Base64Url.EncodeToString(aes.EncryptEcb(block, PaddingMode.None));
    }

    /// <summary>The position of a cursor; null when there is none. Reports one that this party was not given.</summary>
    public long? Read(string? cursor, string organization, FieldErrors errors, string pointer = "/cursor")
    {
        if (cursor is null) return null;
        if (Base64Url.IsValid(cursor, out var length) && length == Block)
        {
            using var aes = CipherOf(organization);
            var block = aes.DecryptEcb(Base64Url.DecodeFromChars(cursor), PaddingMode.None);
            if (block.AsSpan(sizeof(long)).ContainsAnyExcept((byte)0) is false) return BinaryPrimitives.ReadInt64LittleEndian(block);
        }
        errors.Add(pointer, FieldCodes.InvalidCursor);
        return null;
    }

    private Aes CipherOf(string organization)
    {
        var aes = Aes.Create();
        aes.Key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(organization));
        return aes;
    }
}
