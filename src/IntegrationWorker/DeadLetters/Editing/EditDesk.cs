using System.Text.Json.Nodes;
using IntegrationWorker.Queries;
using IntegrationWorker.Store;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.DeadLetters.Editing;

/// <summary>Mends the message of a dead letter: an edit, its preview, its approval. The message as it came stays.</summary>
internal sealed class EditDesk(
    IDeadLetterStore letters, CaseRevisionStore revisions, MessagePreviewer previewer, IOptions<DeadLetterOptions> options, TimeProvider time)
{
    public const int BodyBytesMax = 5 * 1024 * 1024;

    /// <summary>What a replay would do now: of the message as it came or its approved edit, or of an edit that waits for approval.</summary>
    /// <returns>Null when there is no such dead letter, or no such edit.</returns>
    public async Task<EditView?> PreviewAsync(string id, int? revision, string who, CancellationToken cancellationToken)
    {
        if (await letters.GetAsync(id, cancellationToken) is not { } letter)
        {
            return null;
        }

        var number = revision ?? (letter.Summary.Draft > 0 ? letter.Summary.Draft : letter.Summary.Revision);

        if (await BodyOfAsync(letter, number, cancellationToken) is not { } body)
        {
            return null;
        }

        await letters.AddLookAsync(id, new DeadLetterLook(time.GetUtcNow(), who, "preview"), cancellationToken);
        return await ViewOfAsync(letter, number, body, cancellationToken);
    }

    /// <summary>The message that the next edit begins with; looking at it is recorded. Null when there is no such dead letter.</summary>
    public async Task<byte[]?> BodyAsync(string id, string who, CancellationToken cancellationToken)
    {
        if (await letters.GetAsync(id, cancellationToken) is not { } letter)
        {
            return null;
        }

        await letters.AddLookAsync(id, new DeadLetterLook(time.GetUtcNow(), who, DeadLetterActions.Edit), cancellationToken);
        return await BodyOfAsync(letter, LatestOf(letter), cancellationToken);
    }

    /// <summary>Keeps an edit. It is not replayed before it is approved.</summary>
    /// <returns>The edit with what it changed and what it would do; null when there is no such dead letter.</returns>
    /// <exception cref="DeadLetterBusyException">It is not open, or somebody else has edited it at the same time.</exception>
    public async Task<EditView?> EditAsync(string id, byte[] body, string who, string why, CancellationToken cancellationToken)
    {
        if (await letters.GetAsync(id, cancellationToken) is not { } letter)
        {
            return null;
        }

        var known = await revisions.ListAsync(id, cancellationToken);
        var revision = known.Count + 1;
        var view = await ViewOfAsync(letter, revision, body, cancellationToken);
        var now = time.GetUtcNow();
        var step = new CaseStep(id, DeadLetterStatus.Open, DeadLetterStatus.Open, Attempt(view, now, who, why, DeadLetterActions.Edit)) { Draft = revision };

        if (letter.Summary.Status != DeadLetterStatus.Open
            || !await revisions.AddAsync(new CaseRevision(id, revision, now, who, why, body), step, cancellationToken))
        {
            throw new DeadLetterBusyException(letter.Summary.Status == DeadLetterStatus.Open ? "being edited by somebody else" : letter.Summary.Status);
        }

        return view;
    }

    /// <summary>Makes the edit that waits for it what a replay takes.</summary>
    /// <param name="revision">Which edit was looked at; null for the latest one.</param>
    /// <returns>The edit; null when there is no such dead letter, or nothing waits.</returns>
    /// <exception cref="DeadLetterBusyException">It is not open, or the edit is approved, or not the latest one any more.</exception>
    /// <exception cref="OwnEditException">Its editor wants to approve it, and the settings want somebody else to.</exception>
    public async Task<EditView?> ApproveAsync(string id, int? revision, string who, string why, CancellationToken cancellationToken)
    {
        if (await letters.GetAsync(id, cancellationToken) is not { Summary.Draft: > 0 } letter)
        {
            return null;
        }

        var number = letter.Summary.Draft;

        if (revision is { } seen && seen != number)
        {
            throw new DeadLetterBusyException($"edited again: revision {number} is the latest");
        }

        var draft = (await revisions.ListAsync(id, cancellationToken)).First(one => one.Revision == number);

        if (options.Value.FourEyes && string.Equals(draft.Editor, who, StringComparison.OrdinalIgnoreCase))
        {
            throw new OwnEditException();
        }

        var view = await ViewOfAsync(letter, number, draft.Body, cancellationToken);
        var now = time.GetUtcNow();
        var step = new CaseStep(id, DeadLetterStatus.Open, DeadLetterStatus.Open, Attempt(view, now, who, why, DeadLetterActions.Approve))
        {
            Revision = number,
            Draft = 0,
        };

        return await revisions.ApproveAsync(id, number, who, now, step, cancellationToken) ? view : throw new DeadLetterBusyException(letter.Summary.Status);
    }

    private static int LatestOf(DeadLetterCase letter) => letter.Summary.Draft > 0 ? letter.Summary.Draft : letter.Summary.Revision;

    private async Task<byte[]?> BodyOfAsync(DeadLetterCase letter, int revision, CancellationToken cancellationToken) => revision == 0
        ? letter.Body
        : (await revisions.ListAsync(letter.Summary.Id, cancellationToken)).FirstOrDefault(one => one.Revision == revision)?.Body;

    private async Task<EditView> ViewOfAsync(DeadLetterCase letter, int revision, byte[] body, CancellationToken cancellationToken)
    {
        var message = CaseReplayer.MessageOf(letter with { Edited = revision == 0 ? null : body });
        var preview = await previewer.PreviewAsync(message, cancellationToken);

        return new EditView(letter.Summary.Id, revision, MessageDiff.Of(letter.Body, body), preview);
    }

    // Places only: the values are in the encrypted body.
    private static DeadLetterAttempt Attempt(EditView view, DateTimeOffset at, string who, string why, string action)
    {
        var detail = new JsonObject { ["fields"] = new JsonArray([.. view.Differences.Select(one => JsonValue.Create(one.Location))]) };

        return new DeadLetterAttempt(at, who, why, DeadLetterStatus.Open, System.Text.Encoding.UTF8.GetBytes(detail.ToJsonString()))
        {
            Action = action,
            Revision = view.Revision,
        };
    }
}

/// <summary>An edit of a dead letter, or the message as it came, with what a replay of it would do.</summary>
/// <param name="Revision">0 for the message as it came.</param>
/// <param name="Differences">Against the message as it came.</param>
internal sealed record EditView(string DeadLetterId, int Revision, IReadOnlyList<FieldDifference> Differences, MessagePreview Preview)
{
    public EditAnswer ToAnswer() => new(DeadLetterId, Revision, Differences, Preview.ToJson());
}

/// <summary>As it is printed and sent.</summary>
internal sealed record EditAnswer(string DeadLetterId, int Revision, IReadOnlyList<FieldDifference> Differences, JsonObject Preview);
