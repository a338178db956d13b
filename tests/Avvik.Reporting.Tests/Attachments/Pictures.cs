using System.Buffers.Binary;
using System.Text;

namespace Avvik.Reporting.Tests.Attachments;

/// <summary>A picture of one pixel in both forms, and the same with what a camera or a program writes beside it.</summary>
internal static class Pictures
{
    /// <summary>What must not be left, in any of the places that it is put.</summary>
    public const string Secret = "Kvasteved 60.7945N";

    public static readonly byte[] Jpeg = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA"
        + "/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=");

    public static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    /// <param name="orientation">As EXIF has it; null: not said.</param>
    public static byte[] JpegWithMetadata(byte? orientation = null) =>
    [
        .. Jpeg.AsSpan(0, 20), .. Segment(0xE1, [.. "Exif\0\0"u8, .. Exif(orientation), .. Bytes(Secret)]),
        .. Segment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Bytes($"<x:xmpmeta>{Secret}</x:xmpmeta>")]),
        .. Segment(0xE2, [.. "MPF\0"u8, .. Bytes(Secret)]), .. Segment(0xED, [.. "Photoshop 3.0\0"u8, .. Bytes(Secret)]), .. Segment(0xFE, Bytes(Secret)),
        .. Jpeg.AsSpan(20), .. Bytes($"a film that was hidden behind: {Secret}"),
    ];

    public static byte[] PngWithMetadata() =>
    [
        .. Png.AsSpan(0, 33), .. Chunk("tEXt", Bytes($"Author\0{Secret}")), .. Chunk("zTXt", Bytes(Secret)), .. Chunk("iTXt", Bytes(Secret)),
        .. Chunk("eXIf", [.. Exif(6), .. Bytes(Secret)]), .. Chunk("tIME", [7, 0xEA, 8, 14, 9, 30, 0]), .. Chunk("prVt", Bytes(Secret)),
        .. Png.AsSpan(33), .. Bytes(Secret),
    ];

    /// <summary>What an oriented picture keeps of its metadata: an EXIF segment with that alone.</summary>
    public static byte[] JpegTurned(byte orientation) =>
    [
        .. Jpeg.AsSpan(0, 20), .. Segment(0xE1, [.. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]),
        .. Jpeg.AsSpan(20),
    ];

    // Little-endian: the camera's maker, and the orientation.
    private static byte[] Exif(byte? orientation) =>
    [
        .. "II*\0"u8, 8, 0, 0, 0, 2, 0, 0x0F, 1, 2, 0, 4, 0, 0, 0, .. "Cam\0"u8, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation ?? 1, 0, 0, 0, 0, 0, 0, 0,
    ];

    private static byte[] Segment(byte marker, byte[] data) => [0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data];

    private static byte[] Chunk(string type, byte[] data)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        // A reader that skips a chunk does not look at its checksum.
        return [.. length, .. Bytes(type), .. data, 0, 0, 0, 0];
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);
}
