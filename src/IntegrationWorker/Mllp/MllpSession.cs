using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using IntegrationWorker.Hosting;
using IntegrationWorker.Intake;
using Microsoft.AspNetCore.Connections;

namespace IntegrationWorker.Mllp;

/// <summary>One connection: reads frames, hands them over in their order, and writes the answers in the same order.</summary>
/// <param name="ending">No further message is to be taken; those in hand are still answered.</param>
internal sealed class MllpSession(
    ConnectionContext connection, MllpOptions options, MllpAnswering answering, MllpPlaces places, TimeProvider time, ILogger logger,
    CancellationToken ending) : IDisposable
{
    private readonly MllpFrameReader _frames = new(options.MaxMessageBytes);
    private readonly Channel<Answer> _answers = Channel.CreateUnbounded<Answer>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _inFlight = new(options.InFlight, options.InFlight);
    private readonly MllpDeadline _deadline = new(connection.Transport.Input, time);

    // Answers can no longer be written, so there is no use in reading.
    private readonly CancellationTokenSource _broken = new();

    private int _waiting;
    private long _answered;
    private bool _hasLargePlace;

    private string? Peer => (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString();

    /// <summary>A message in hand. Null: it was not stored and gets no answer. Empty: none is wanted.</summary>
    private readonly record struct Answer(Task<byte[]?> Message, bool IsLarge);

    public async Task RunAsync()
    {
        using var registration = ending.UnsafeRegister(static input => ((PipeReader)input!).CancelPendingRead(), connection.Transport.Input);
        var writing = WriteAsync();

        try
        {
            await ReadAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionResetException or ConnectionAbortedException or IOException)
        {
            // The peer has gone, or its answers cannot be written.
        }

        _answers.Writer.Complete();
        await writing;
        ReportUnended();
        MllpLog.Ended(logger, connection.ConnectionId, _answered, _frames.Skipped);
    }

    public void Dispose()
    {
        if (_hasLargePlace)
        {
            places.Large.Release();
        }

        _deadline.Dispose();
        _inFlight.Dispose();
        _broken.Dispose();
    }

    private async Task ReadAsync()
    {
        var input = connection.Transport.Input;
        var begun = 0L;
        _deadline.Set(options.Idle);

        while (!ending.IsCancellationRequested && !_broken.IsCancellationRequested)
        {
            var read = await input.ReadAsync(_broken.Token);
            var bytes = read.Buffer;

            while (_frames.TryRead(ref bytes, out var frame))
            {
                await HandOverAsync(frame);
            }

            // All of it is in the frame that has begun, or was no frame.
            input.AdvanceTo(bytes.End);

            if (read.IsCompleted)
            {
                return;
            }

            if (_deadline.IsOver && !MayGoOn())
            {
                return;
            }

            if (_frames.IsInside && _frames.Begun != begun)
            {
                begun = _frames.Begun;
                _deadline.Set(options.Frame);
            }

            await EnterLargeAsync();
        }
    }

    private bool MayGoOn()
    {
        if (_frames.IsInside)
        {
            MllpLog.FrameTooSlow(logger, connection.ConnectionId, Peer, options.Frame.TotalSeconds);
            return false;
        }

        if (Volatile.Read(ref _waiting) == 0)
        {
            MllpLog.Idle(logger, connection.ConnectionId, Peer, options.Idle.TotalSeconds);
            return false;
        }

        // It is the sender who waits.
        _deadline.Set(options.Idle);
        return true;
    }

    private async ValueTask EnterLargeAsync()
    {
        if (!_hasLargePlace && _frames.Length > MllpPlaces.LargeBytes)
        {
            await places.Large.WaitAsync(_broken.Token);
            _hasLargePlace = true;
            _deadline.Set(options.Frame); // The sender is not to blame for the time that this took.
        }
    }

    private async ValueTask HandOverAsync(MllpFrame frame)
    {
        await _inFlight.WaitAsync(_broken.Token);
        await places.Messages.WaitAsync(_broken.Token);
        Interlocked.Increment(ref _waiting);
        _deadline.Set(options.Idle);
        _answers.Writer.TryWrite(new Answer(answering.AnswerAsync(frame, Peer, connection.ConnectionClosed), _hasLargePlace));
        _hasLargePlace = false;
    }

    private async Task WriteAsync()
    {
        var output = connection.Transport.Output;

        try
        {
            await foreach (var answer in _answers.Reader.ReadAllAsync())
            {
                try
                {
                    if (!await WriteAsync(output, await answer.Message))
                    {
                        break;
                    }
                }
                finally
                {
                    Release(answer);
                }
            }
        }
        catch (Exception e) when (e is ConnectionResetException or ConnectionAbortedException or IOException)
        {
            // The peer has gone.
        }
        catch (Exception e)
        {
            MllpLog.Failed(logger, connection.ConnectionId, Peer, SurroundingsFailure.Describe(e), e.StackTrace);
        }

        await _broken.CancelAsync();
        await LetGoAsync();
    }

    // False: this connection cannot go on. A message that was not stored must not be overtaken by the answer to a later one.
    private async ValueTask<bool> WriteAsync(PipeWriter output, byte[]? message)
    {
        if (message is null)
        {
            return false;
        }

        _answered++;

        if (message.Length > 0)
        {
            CrashPoint.Reach(CrashPoint.BeforeAck);
            MllpFraming.Write(output, message);
        }

        // Answers that are ready go together.
        return _answers.Reader.TryPeek(out var next) && next.Message.IsCompleted ? true : await FlushAsync(output);
    }

    private async ValueTask<bool> FlushAsync(PipeWriter output)
    {
        var flush = output.FlushAsync();

        if (!flush.IsCompleted)
        {
            using var late = new CancellationTokenSource(options.Frame, time);
            await using var registration = late.Token.UnsafeRegister(static output => ((PipeWriter)output!).CancelPendingFlush(), output);
            var flushed = await flush;

            if (flushed.IsCanceled)
            {
                MllpLog.AnswersNotTaken(logger, connection.ConnectionId, Peer);
                connection.Abort();
            }

            return flushed is { IsCanceled: false, IsCompleted: false };
        }

        return !(await flush).IsCompleted;
    }

    // What is still in hand when nobody can be answered: it is waited for, so that its places are free only when it is done with.
    private async Task LetGoAsync()
    {
        await foreach (var answer in _answers.Reader.ReadAllAsync())
        {
            await ((Task)answer.Message).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Release(answer);
        }
    }

    private void Release(Answer answer)
    {
        Interlocked.Decrement(ref _waiting);
        _inFlight.Release();
        places.Messages.Release();

        if (answer.IsLarge)
        {
            places.Large.Release();
        }
    }

    private void ReportUnended()
    {
        var count = _frames.Unended + (_frames.IsInside ? 1 : 0);

        if (count > 0)
        {
            MllpLog.Unended(logger, connection.ConnectionId, Peer, count);
        }
    }
}
